-- Hears of the ends of runs that hold others up.
LISTEN chassis_ended;
