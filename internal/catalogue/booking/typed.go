package booking

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

// weekdayNames are how a limit names days; ranges are written with a dash.
var weekdayNames = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// PlanFields are the names of the fields that a plan is typed into, in order.
var PlanFields = []string{"weekly.1", "weekly.2", "weekly.3", "weekly.4", "weekly.5", "weekly.6", "weekly.0", "holidays", "exceptions", "through", "set_up", "clean_up", "grid", "steps", "limits",
	"week_most", "lead", "horizon", "training", "supervised", "rota", "instant", "offer_hours", "remind", "calibrated"}

// Typed is a plan as people write it, by field: hours "08:00-12:00, 13:00-18:00"; an exception a line, "2026-05-01 09:00-12:00
// why", without hours closed; a step a line, "240 30" (up to 240 minutes in steps of 30), the last without a bound "60"; a
// limit a line, "mon-fri 08:00-18:00 30-240".
func (p Plan) Typed() map[string]string {
	yes := map[bool]string{true: "yes", false: ""}
	out := map[string]string{"holidays": yes[p.Holidays], "through": yes[p.Through], "supervised": yes[p.Supervised], "rota": yes[p.Rota], "instant": yes[p.Instant],
		"set_up": fmt.Sprint(p.SetUp), "clean_up": fmt.Sprint(p.CleanUp), "grid": fmt.Sprint(p.Grid), "week_most": fmt.Sprint(p.WeekMost), "lead": fmt.Sprint(p.Lead), "horizon": fmt.Sprint(p.Horizon),
		"offer_hours": fmt.Sprint(p.OfferHours), "remind": fmt.Sprint(p.Remind), "training": strings.Join(p.Training, "\n"), "calibrated": p.Calibrated.String()}
	for d, all := range p.Weekly {
		out["weekly."+strconv.Itoa(d)] = hoursText(all)
	}
	var lines []string
	for _, e := range p.Exceptions {
		lines = append(lines, strings.Join(strings.Fields(e.Day.String()+" "+hoursText(e.Open)+" "+e.Why), " "))
	}
	out["exceptions"] = strings.Join(lines, "\n")
	lines = nil
	for _, s := range p.Steps {
		if s.UpTo == 0 {
			lines = append(lines, fmt.Sprint(s.Step))
		} else {
			lines = append(lines, fmt.Sprint(s.UpTo, " ", s.Step))
		}
	}
	out["steps"] = strings.Join(lines, "\n")
	lines = nil
	for _, l := range p.Limits {
		lines = append(lines, fmt.Sprintf("%s %s-%s %d-%d", daysText(l.Days), l.From, l.To, l.Least, l.Most))
	}
	out["limits"] = strings.Join(lines, "\n")
	return out
}

func hoursText(all []Period) string {
	parts := make([]string, len(all))
	for i, x := range all {
		parts[i] = x.From.String() + "-" + x.To.String()
	}
	return strings.Join(parts, ", ")
}

func daysText(days []time.Weekday) string {
	if len(days) == 0 {
		return "all"
	}
	parts := make([]string, len(days))
	for i, d := range days {
		parts[i] = weekdayNames[d]
	}
	return strings.Join(parts, ",")
}

// ReadPlan reads a plan from its fields. What cannot be read, and what Check refuses, is said with its field.
func ReadPlan(typed map[string]string) (p Plan, err error) {
	var bad fault.Many
	on := func(field string, err error) {
		if err != nil {
			bad = append(bad, fault.Of(err).On(field))
		}
	}
	number := func(field string) int {
		s := strings.TrimSpace(typed[field])
		if s == "" {
			return 0
		}
		n, err := strconv.Atoi(s)
		if err != nil {
			on(field, fault.New(fault.Invalid, "booking.whole", "text", cut(s, nameMax)))
		}
		return n
	}
	yes := func(field string) bool { return typed[field] != "" }
	p = Plan{Holidays: yes("holidays"), Through: yes("through"), Supervised: yes("supervised"), Rota: yes("rota"), Instant: yes("instant"), SetUp: number("set_up"), CleanUp: number("clean_up"),
		Grid: number("grid"), WeekMost: number("week_most"), Lead: number("lead"), Horizon: number("horizon"), OfferHours: number("offer_hours"), Remind: number("remind")}
	for d := range p.Weekly {
		field := "weekly." + strconv.Itoa(d)
		p.Weekly[d], err = readHours(typed[field])
		on(field, err)
	}
	if s := strings.TrimSpace(typed["calibrated"]); s != "" {
		p.Calibrated, err = unit.ParseDay(s)
		on("calibrated", err)
	}
	p.Training = append(p.Training, linesOf(typed["training"])...)
	for _, l := range linesOf(typed["exceptions"]) {
		e, err := readException(l)
		on("exceptions", err)
		p.Exceptions = append(p.Exceptions, e)
	}
	for _, l := range linesOf(typed["steps"]) {
		s, err := readStep(l)
		on("steps", err)
		p.Steps = append(p.Steps, s)
	}
	for _, l := range linesOf(typed["limits"]) {
		x, err := readLimit(l)
		on("limits", err)
		p.Limits = append(p.Limits, x)
	}
	if len(bad) > 0 {
		return p, bad
	}
	return p, p.Check()
}

func linesOf(s string) (all []string) {
	for l := range strings.Lines(s) {
		if l = strings.TrimSpace(l); l != "" {
			all = append(all, l)
		}
	}
	return all
}

// dashes are what people write between two times.
var dashes = strings.NewReplacer("–", "-", "—", "-", "～", "-", "~", "-", "：", ":", "，", ",", "、", ",")

// readHours reads "08:00-12:00, 13:00-18:00"; nothing is closed.
func readHours(s string) (all []Period, err error) {
	for _, part := range strings.Split(dashes.Replace(s), ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		x, err := readPeriod(part)
		if err != nil {
			return nil, err
		}
		all = append(all, x)
	}
	return all, nil
}

func readPeriod(s string) (x Period, err error) {
	from, to, _ := strings.Cut(s, "-")
	if x.From, err = ParseWall(strings.TrimSpace(from)); err == nil {
		x.To, err = ParseWall(strings.TrimSpace(to))
	}
	return x, err
}

func readException(l string) (e Exception, err error) {
	day, rest, _ := strings.Cut(dashes.Replace(l), " ")
	if strings.Count(day, "-") != 2 {
		return e, fault.New(fault.Invalid, "booking.line", "line", cut(l, nameMax))
	}
	if e.Day, err = unit.ParseDay(day); err != nil {
		return e, err
	}
	var why []string
	for _, w := range strings.Fields(rest) {
		w = strings.Trim(w, ",")
		if x, err := readPeriod(w); err == nil && len(why) == 0 {
			e.Open = append(e.Open, x)
			continue
		}
		why = append(why, w)
	}
	e.Why = strings.Join(why, " ")
	return e, nil
}

func readStep(l string) (s Step, err error) {
	parts := strings.Fields(l)
	numbers := make([]int, len(parts))
	for i, x := range parts {
		if numbers[i], err = strconv.Atoi(x); err != nil {
			break
		}
	}
	switch {
	case err == nil && len(parts) == 1:
		return Step{Step: numbers[0]}, nil
	case err == nil && len(parts) == 2:
		return Step{UpTo: numbers[0], Step: numbers[1]}, nil
	}
	return s, fault.New(fault.Invalid, "booking.line", "line", cut(l, nameMax))
}

func readLimit(l string) (x Limit, err error) {
	wrong := fault.New(fault.Invalid, "booking.line", "line", cut(l, nameMax))
	parts := strings.Fields(dashes.Replace(strings.ToLower(l)))
	if len(parts) != 3 {
		return x, wrong
	}
	if parts[0] != "all" {
		for _, word := range strings.Split(parts[0], ",") {
			from, to, ranged := strings.Cut(word, "-")
			a, b := slices.Index(weekdayNames, from), slices.Index(weekdayNames, to)
			if !ranged {
				b = a
			}
			if a < 0 || b < 0 {
				return x, wrong
			}
			for d := a; ; d = (d + 1) % 7 {
				x.Days = append(x.Days, time.Weekday(d))
				if d == b {
					break
				}
			}
		}
	}
	period, err := readPeriod(parts[1])
	if err != nil {
		return x, err
	}
	x.From, x.To = period.From, period.To
	least, most, _ := strings.Cut(parts[2], "-")
	var errLeast, errMost error
	x.Least, errLeast = strconv.Atoi(least)
	if x.Most, errMost = strconv.Atoi(most); errLeast != nil || errMost != nil {
		return x, wrong
	}
	return x, nil
}
