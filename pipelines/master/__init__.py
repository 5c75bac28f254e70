"""Who pays, and on which terms: sheets, import, history, retirement."""
