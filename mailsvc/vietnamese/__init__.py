"""Vietnamese text: folding for search, tone placement, collation, dates, legacy encodings (TCVN 6909)."""
