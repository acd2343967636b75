"""Measurements, not tests: speed as ratios within one run, and accuracy against labelled truth."""
