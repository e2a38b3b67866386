"""What was judged before."""
