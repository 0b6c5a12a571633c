package booking

import (
	"time"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Class is who uses an instrument, as prices tell users apart.
type Class string

const (
	Inside     Class = "inside"     // the owner's own people
	Academic   Class = "academic"   // universities, institutes, hospitals, laboratories
	Enterprise Class = "enterprise" // everybody else
)

// Classes in the order of price lists.
var Classes = []Class{Inside, Academic, Enterprise}

// GuestClass is the class of an organisation of a kind that another node vouches for.
func GuestClass(kind string) Class { return classOf("?", kind, "") }

// classOf is the class of an organisation of a kind, at the instruments of an owner.
func classOf(org, kind, owner string) Class {
	switch {
	case org == owner:
		return Inside
	case kind == "university" || kind == "institute" || kind == "hospital" || kind == "lab":
		return Academic
	}
	return Enterprise
}

// Basis is what a price is for.
type Basis string

const (
	ByHour   Basis = "hour" // of opening hours
	BySample Basis = "sample"
	ByDay    Basis = "day" // a day by the wall clock on which it is open and used
)

// Price is what one class pays. Amounts are fen.
type Price struct {
	Basis       Basis    `json:"basis"`
	Rate        unit.Fen `json:"rate"`
	Operator    unit.Fen `json:"operator,omitempty"`    // an hour, where an operator runs it or stands beside
	Consumables unit.Fen `json:"consumables,omitempty"` // a sample
	Minimum     unit.Fen `json:"minimum,omitempty"`     // of a booking
	Deposit     unit.Fen `json:"deposit,omitempty"`
}

// Prices hold for uses from a local day on, until the next ones do. A class without a price is not served.
type Prices struct {
	Version    int             `json:"-"`
	From       unit.Day        `json:"-"`
	At         time.Time       `json:"-"`
	Classes    map[Class]Price `json:"classes"`
	QuoteHours int             `json:"quote_hours"`   // how long a quote stands
	FreeHours  int             `json:"free_hours"`    // until so many hours before, cancelling is free
	LateShare  int             `json:"late_share"`    // percent of the price for cancelling later
	NoShow     int             `json:"no_show_share"` // percent of the price for not coming
}

const (
	priceMax     = 10_000_000 * unit.FenPerYuan
	quoteHourMax = 24 * 90
	freeHoursMax = 24 * 60
)

// Check says everything that is wrong with prices, each with its field.
func (p Prices) Check() error {
	var bad fault.Many
	between := func(field string, n, least, most int) {
		if n < least || n > most {
			bad = append(bad, fault.New(fault.Invalid, "booking.number", "least", least, "most", most).On(field))
		}
	}
	if !p.From.Valid() {
		bad = append(bad, fault.New(fault.Invalid, "booking.price_day").On("from"))
	}
	between("quote_hours", p.QuoteHours, 1, quoteHourMax)
	between("free_hours", p.FreeHours, 0, freeHoursMax)
	between("late_share", p.LateShare, 0, 100)
	between("no_show_share", p.NoShow, 0, 100)
	if len(p.Classes) == 0 {
		bad = append(bad, fault.New(fault.Invalid, "booking.no_price").On("classes"))
	}
	for _, c := range Classes {
		x, ok := p.Classes[c]
		if !ok {
			continue
		}
		if x.Basis != ByHour && x.Basis != BySample && x.Basis != ByDay {
			bad = append(bad, fault.New(fault.Invalid, "booking.basis").On(string(c)+".basis"))
		}
		for field, sum := range map[string]unit.Fen{"rate": x.Rate, "operator": x.Operator, "consumables": x.Consumables, "minimum": x.Minimum, "deposit": x.Deposit} {
			if sum < 0 || sum > priceMax {
				bad = append(bad, fault.New(fault.Invalid, "booking.price_range", "most", priceMax).On(string(c)+"."+field))
			}
		}
	}
	if len(bad) > 0 {
		return bad
	}
	return nil
}

// Line is a part of a price. Minutes are charged as hours, to the nearest fen.
type Line struct {
	What Item     `json:"what"`
	Qty  int64    `json:"qty"`  // of the unit: minutes, samples, days
	Unit string   `json:"unit"` // minute, sample, day, or "" of a lump
	Rate unit.Fen `json:"rate"` // an hour, a sample, a day
	Sum  unit.Fen `json:"sum"`
}

// Item is what a line is for.
type Item string

const (
	UseItem        Item = "use"
	OperatorItem   Item = "operator"
	ConsumableItem Item = "consumables"
	MinimumItem    Item = "minimum" // what is missing to the minimum charge
)

// priced is what a use costs, line by line. open are the opening hours within the use: what is charged by hour or day.
func (p Price) priced(open []Span, zone *time.Location, samples int, operator bool) (lines []Line, total unit.Fen, err error) {
	minutes := 0
	days := map[unit.Day]bool{}
	for _, o := range open {
		minutes += o.minutes()
		for d := unit.DayOf(o.From, zone); d <= unit.DayOf(o.To.Add(-time.Minute), zone); d++ {
			days[d] = true
		}
	}
	add := func(what Item, qty int64, unitOf string, rate unit.Fen) error {
		if qty == 0 || rate == 0 && what != UseItem {
			return nil
		}
		sum, err := rate.Mul(qty)
		if err != nil {
			return err
		}
		if unitOf == "minute" {
			sum = (sum + 30) / 60
		}
		lines = append(lines, Line{what, qty, unitOf, rate, sum})
		total, err = total.Add(sum)
		return err
	}
	qty, of := int64(minutes), "minute"
	switch p.Basis {
	case BySample:
		qty, of = int64(samples), "sample"
	case ByDay:
		qty, of = int64(len(days)), "day"
	}
	err = add(UseItem, qty, of, p.Rate)
	if err == nil && operator {
		err = add(OperatorItem, int64(minutes), "minute", p.Operator)
	}
	if err == nil {
		err = add(ConsumableItem, int64(samples), "sample", p.Consumables)
	}
	if err == nil && total < p.Minimum {
		lines = append(lines, Line{MinimumItem, 1, "", p.Minimum - total, p.Minimum - total})
		total = p.Minimum
	}
	return lines, total, err
}

// share is so many percent of a sum, to the nearest fen.
func share(sum unit.Fen, percent int) unit.Fen { return (sum*unit.Fen(percent) + 50) / 100 }
