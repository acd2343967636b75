"""What we ask of GitHub's GraphQL. The tests hold every text against GitHub's own schema."""

AUTHORSHIP = """
query Authorship($ids: [ID!]!) {
  nodes(ids: $ids) { ... on IssueComment { viewerDidAuthor isMinimized } }
}
"""

MINIMISE = """
mutation Minimise($node: ID!) {
  minimizeComment(input: {subjectId: $node, classifier: OUTDATED}) { minimizedComment { isMinimized } }
}
"""

CHANGES = """
query Changes($owner: String!, $name: String!, $first: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    pullRequests(first: $first, after: $after, orderBy: {field: UPDATED_AT, direction: DESC}) {
      pageInfo { hasNextPage endCursor }
      nodes {
        number state isDraft createdAt closedAt mergedAt updatedAt
        baseRefName baseRefOid headRefName headRefOid
        headRepository { nameWithOwner }
        mergeCommit { oid }
        author { __typename login }
        labels(first: 50) { nodes { name } }
        closingIssuesReferences(first: 10) { nodes { labels(first: 50) { nodes { name } } } }
        commits(first: 100) {
          totalCount
          nodes {
            commit {
              oid message authoredDate committedDate
              author { name email }
              committer { name email }
              parents(first: 10) { nodes { oid } }
              statusCheckRollup { contexts(first: 1) { checkRunCountsByState { state count } } }
            }
          }
        }
        reviews(first: 100) {
          totalCount
          nodes { state submittedAt author { __typename login } commit { oid } comments(first: 1) { totalCount } }
        }
      }
    }
  }
}
"""
"""Last updated first. What does not fit (more than 100 commits or reviews) is asked of REST."""
