"""What drives the answer: which assumptions decide a comparison, where it turns round, what is worth measuring."""
