"""What people edit as one: a root with the rows below it, its states over time, and where its words are used.

Nothing here writes; `plan.actions` does.
"""
