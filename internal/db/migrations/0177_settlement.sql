-- owner: settlement
-- The months that can be closed are found by when their letters were made, without reading all letters of the pair.
CREATE INDEX settlement_told_made ON settlement_told (payer, host, made_at, order_no);
