package web

import (
	"fmt"

	"corridor/internal/casework"
	"corridor/internal/fault"
)

// comparedSeats is how many answers have to be in before they are set side by side.
const comparedSeats = 2

// comparison sets answers to the same questions side by side: a column for each question, a row for each who answered.
type comparison struct {
	Columns []fault.Words
	Rows    []seatView  // those that answered, in the order of the ask; each has a line for every column
	By      fault.Words // what they are ordered by, the smallest first; empty is as they were asked
}

// row is the line of a seat.
func (a askedView) row(x casework.Seat) seatView {
	for _, r := range a.Rows {
		if r.No == x.No {
			return r
		}
	}
	return seatView{Seat: x}
}

// Compare is the answers side by side; nil where they are not to be seen, too few, or not to the same questions.
func (a askedView) Compare() *comparison {
	var c comparison
	seen := map[string]int{}
	for _, r := range a.Rows {
		for _, l := range r.Lines {
			key := fmt.Sprint(l.Words)
			if _, known := seen[key]; !known {
				seen[key] = len(c.Columns)
				c.Columns = append(c.Columns, l.Words)
			}
		}
	}
	for _, x := range a.InOrder() {
		r := a.row(x)
		lines := make([]answerLine, len(c.Columns)) // what was not answered stays empty
		for _, l := range r.Lines {
			lines[seen[fmt.Sprint(l.Words)]] = l
		}
		r.Lines = lines
		c.Rows = append(c.Rows, r)
	}
	c.By = a.OrderedBy()
	if len(c.Columns) < 2 || len(c.Rows) < comparedSeats {
		return nil
	}
	return &c
}
