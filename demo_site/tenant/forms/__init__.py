"""Forms that Actions render, and the flows behind them: stored by the Management API, shown and run here."""
