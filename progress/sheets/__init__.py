"""The round trip of 評価調書 as workbooks: out, found again wherever things were moved to, compared, taken in."""
