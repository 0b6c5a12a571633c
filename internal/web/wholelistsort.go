package web

import (
	"slices"
	"strconv"
)

// On a phone the rows of a list stand under each other and its headings are not shown. What is sorted there by its headings is
// sorted by the same links above the list, folded away until somebody wants them: without a script, in every list alike, whether
// the face sorts it or its room.

// sortBy is what is shown above a list where its headings are not.
type sortBy struct {
	Ways []sortWay
	No   int // of the lists of a page; 0 for the only one
}

// sortWay is a column that the list can be sorted by: where its link leads, and in which order it is sorted by it now.
type sortWay struct{ Words, To, Order string }

// Sorted says whether the list is sorted by this column now.
func (w sortWay) Sorted() bool { return w.Order != "none" }

// sorted says whether the face sorts by the column: not where none of its cells says anything, as where rows are only marked.
func (x *listView) sorted(column int) bool {
	h := x.heads[column]
	return x.sorts && !h.links && h.text != "" && slices.ContainsFunc(x.rows, func(r rowOfList) bool { return r.cell(column) != (cellOfList{}) })
}

// sorting is the order in which the list is sorted by a column, and the address under which it is sorted by it otherwise: first
// upwards, then downwards, then as the room has it.
func (x *listView) sorting(column int) (order, to string) {
	switch x.by {
	case column + 1:
		return "ascending", x.link("by", strconv.Itoa(-column-1))
	case -column - 1:
		return "descending", x.link("by", "")
	}
	return "none", x.link("by", strconv.Itoa(column+1))
}

// ways are the columns that the list can be sorted by, by its room or by the face.
func (x *listView) ways() (out []sortWay) {
	for i, h := range x.heads {
		if h.order != "" && h.to != "" {
			out = append(out, sortWay{h.text, h.to, h.order})
		} else if x.sorted(i) {
			order, to := x.sorting(i)
			out = append(out, sortWay{h.text, to, order})
		}
	}
	return out
}
