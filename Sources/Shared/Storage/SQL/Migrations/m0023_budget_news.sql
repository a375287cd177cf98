-- Jobs that wait for a budget are told of it also when whoever set or removed it died before it could tell them.
--
-- A job that is noted here stays noted until it is told, also when the budget is gone. Whoever sets a budget notes, in the
-- transaction that sets it, that there is news.
ALTER TABLE chassis.budget_waiter
    DROP CONSTRAINT budget_waiter_budget_id_fkey,
    ADD COLUMN has_news boolean NOT NULL DEFAULT false;
