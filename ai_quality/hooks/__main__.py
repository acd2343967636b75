"""`python -I -S …/ai_quality/hooks/__main__.py NAME ARGUMENTS`: what the installed hooks call.

Without site (-S) nothing but the standard library can be imported, and no `.pth` file of the environment runs: that
saves 3 ms where there are none. So the package's own folder is added here, behind the standard library.
"""

import os
import sys

sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from ai_quality.hooks.run import end, main

end(main(sys.argv[1:], os.environ, sys.stdin.buffer.read))
