"""Does good service pay: the `correlations`, by SQL, and the table `satisfaction_business_link`."""
