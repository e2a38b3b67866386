"""shunter.yaml: its model, reading, edits, layout and answers."""
