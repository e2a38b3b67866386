"""What the templates and values of any chart say about its values: schemas made of them, what an upgrade breaks."""
