-- Hears of runs that were cancelled.
LISTEN chassis_cancelled;
