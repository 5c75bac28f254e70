-- Takes back what platforms have accepted and not yet carried out: such writes would only be made once more.
DROP TABLE access.acceptances;
