"""humavisma connects the HR system Huma with Visma.net Payroll. This package is the installation itself."""
