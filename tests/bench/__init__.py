"""`make bench`: the figures the issues ask for, each as a ratio within one run."""
