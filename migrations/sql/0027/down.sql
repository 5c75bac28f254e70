-- Takes the messages' moments away: nothing rests on them.
DROP TABLE delivery.onec_messages;
