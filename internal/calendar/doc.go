// Package calendar keeps which days are worked, and takes in the yearly holiday notice while the node runs.
//
// The program carries the notices up to the year of its making; beyond, every due day is provisional. A notice that is
// loaded here is kept as it came, with its digest and who loaded it, and from the same moment all rooms of the node count
// with it (unit.Days). What it changes for open work is then worked through in the background, each piece once, across
// restarts: a room that counts due times joins as a Recounter and is handed the calendars before and after.
//
// The package judges no notice: whether it is the true one is the word of the administrator who loads it, whose source
// stands beside it. A notice is never taken back; a mistake is mended by loading a supplement, whose days win.
//
// Source of the form: the yearly notices of the General Office of the State Council (unit, data/holidays.csv).
package calendar
