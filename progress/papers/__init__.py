"""What is made of a round to be taken away: papers (PDF) and workbooks (Excel). Columns and contents are data."""
