"""Values and charts judged."""
