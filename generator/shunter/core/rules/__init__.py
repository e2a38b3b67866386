"""What is found: the verdict, who is to blame, lints, fixes, masking, severities."""
