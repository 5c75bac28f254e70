DROP INDEX receivables.payments_client, receivables.payments_of_credits, access.orders_client;
