"""Log the figures of a result to MLflow: python mlflow_log.py metrics.json report.html"""

import json
import sys
from pathlib import Path

import mlflow

figures, *reports = sys.argv[1:]
with mlflow.start_run():
    mlflow.log_metrics(json.loads(Path(figures).read_text(encoding="utf-8")))
    for report in reports:
        mlflow.log_artifact(report)
