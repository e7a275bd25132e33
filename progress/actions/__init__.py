"""Every write of the round: verbs with `by`, each in one transaction with its event and its notices."""
