-- Hears of jobs that were taken out of their workers' hands.
LISTEN chassis_fenced;
