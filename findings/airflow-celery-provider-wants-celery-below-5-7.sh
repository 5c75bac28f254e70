#!/usr/bin/env bash
# Airflow's provider for Celery, apache-airflow-providers-celery 3.26.0, declares celery[redis]>=5.5.0,<6, and celery 5.7.0 is what an
# installer then takes. One would expect the pair to work. The provider's executor imports `retry` from celery.backends.database, which
# 5.7.0 no longer has: `airflow celery worker` and the scheduler end at once, and what is said is that a feature «is only available in
# Airflow versions >= 2.8.0». `pip check` finds nothing. With celery 5.6.3 it works.
# Seen: 5.7.0 ImportError: cannot import name 'retry'; 5.6.3 imported
# Exits 1 when this changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
seen() {
    "$folder/env/bin/pip" install --quiet --disable-pip-version-check "celery[sqlalchemy]==$1"
    "$folder/env/bin/python" -c 'from celery.backends.database import DatabaseBackend, Task, retry, session_cleanup' 2>&1 | tail -1 || true
}
declared=$("$folder/env/bin/pip" download --quiet --disable-pip-version-check --no-deps --dest "$folder" apache-airflow-providers-celery==3.26.0 \
    && cd "$folder" && unzip -p ./*.whl '*/METADATA' | grep '^Requires-Dist: celery')
imported=$(unzip -p "$folder"/*.whl 'airflow/providers/celery/executors/celery_executor_utils.py' | grep 'from celery.backends.database')
newest=$(seen 5.7.0)
before=$(seen 5.6.3)
printf '%s\n' "$declared" "$imported" "5.7.0: $newest" "5.6.3: ${before:-imported}"
[[ $declared == *"celery[redis]<6,>=5.5.0"* || $declared == *"celery[redis]>=5.5.0,<6"* ]]
[[ $imported == *retry* && $newest == *"cannot import name 'retry'"* && -z $before ]]
