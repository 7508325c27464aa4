"""Trains the English model of newsgraph; `python -m training --help` lists the steps."""
