package unit

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"

	"corridor/internal/fault"
)

// noticeRowsMax bounds a notice; the longest so far has 37 days. noticeTextMax bounds its text, comments included.
const (
	noticeRowsMax = 100
	noticeTextMax = 64 << 10 // bytes
	noticeNameMax = 200      // bytes of a name or a source
)

var noticeColumns = []string{"date", "day", "zh", "source"}

// ParseNotice reads a notice in the layout of data/holidays.csv: the columns date, day ("off" or "work"), zh and
// source, with comments after #. What cannot be read is refused with its line in the text and the rule that it breaks.
func ParseNotice(text string) ([]Moved, error) {
	if len(text) > noticeTextMax {
		return nil, fault.New(fault.TooLarge, "unit.notice_long", "max", noticeRowsMax).On("notice")
	}
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	r.Comment, r.FieldsPerRecord, r.TrimLeadingSpace = '#', -1, true
	var notice []Moved
	lines := map[Day]int{}
	for head := true; ; head = false {
		row, err := r.Read()
		if err == io.EOF {
			return notice, nil
		}
		wrong := func(line int, code string, more ...any) ([]Moved, error) {
			return nil, fault.New(fault.Invalid, code, append([]any{"line", line}, more...)...).On("notice")
		}
		if err != nil {
			line := 0
			if at := (*csv.ParseError)(nil); errors.As(err, &at) {
				line = at.Line
			}
			return wrong(line, "unit.notice_columns")
		}
		line, _ := r.FieldPos(0)
		for i := range row {
			row[i] = strings.TrimSpace(row[i])
		}
		if head {
			if !slices.Equal(row, noticeColumns) {
				return wrong(line, "unit.notice_head")
			}
			continue
		}
		if len(row) != len(noticeColumns) || len(row[2]) > noticeNameMax || len(row[3]) > noticeNameMax {
			return wrong(line, "unit.notice_columns")
		}
		d, err := ParseDay(row[0])
		switch {
		case err != nil:
			return wrong(line, "unit.notice_date", "text", shown(row[0]))
		case row[1] != "off" && row[1] != "work":
			return wrong(line, "unit.notice_word", "text", shown(row[1]))
		case lines[d] > 0:
			return wrong(line, "unit.notice_twice", "day", d, "first", lines[d])
		case len(notice) == noticeRowsMax:
			return nil, fault.New(fault.TooLarge, "unit.notice_long", "max", noticeRowsMax).On("notice")
		}
		lines[d] = line
		notice = append(notice, Moved{Day: d, Works: row[1] == "work", Name: row[2], Source: row[3]})
	}
}
