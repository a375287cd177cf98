-- Hears of queues that got pending jobs.
LISTEN chassis_ready;
