-- How many coupons an order with the goods takes; 0 stands for 1.
ALTER TABLE {ns}goods ADD COLUMN max_coupons INTEGER NOT NULL DEFAULT 0;
