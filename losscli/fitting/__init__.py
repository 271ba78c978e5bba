"""`fit`: features × losses × folds → what each loss does to the model, and what was found."""
