"""What shunter writes into charts: compiled schemas, umbrellas, vendored copies, published archives, records."""
