"""`fit`: features × losses × folds → what each loss makes of the model, judged on rows it has not seen."""
