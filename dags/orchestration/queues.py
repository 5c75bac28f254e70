"""Which tasks need more of a machine than addresses: those of the queue `exchange` find the folder of the exchanges there.

The LocalExecutor knows no queues; a worker of the CeleryExecutor takes `default`, and where the folder is mounted `exchange` too.
"""

EXCHANGE = {"queue": "exchange"}
