package web

import (
	"maps"

	"corridor/internal/access"
	"corridor/internal/catalogue/usage"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// usagePages are the addresses of hours, service records and charges.
func (s *Server) usagePages() {
	s.page("GET", "/usage", access.BookingManage, (*visit).usageMonth)
	s.page("POST", "/usage", access.BookingManage, (*visit).takeRuns)
	s.page("GET", "/usage/template", access.BookingManage, (*visit).runsTemplate)
	s.page("POST", "/usage/runs/{id}", access.BookingManage, (*visit).settleRun)
	s.page("GET", "/usage/year", access.BookingManage, (*visit).usageYear)
	s.page("GET", "/usage/records", access.BookingManage, (*visit).usageRecords)
	s.page("POST", "/usage/records", access.BookingManage, (*visit).markRecords)
	s.page("GET", "/usage/charges", access.BookingManage, (*visit).charges)
	s.page("POST", "/usage/charges", access.BookingManage, (*visit).makeCharges)
	s.page("POST", "/usage/receipts", access.BookingManage, (*visit).addReceipt)
	s.page("GET", "/usage/sheets/{id}", access.NoticeRead, (*visit).chargeSheet)
	s.page("POST", "/usage/sheets/{id}/{act}", access.NoticeRead, (*visit).changeSheet)
}

func init() {
	maps.Copy(doneWords, map[string]fault.Words{
		"run_settled":   {"已认定。", "It is settled."},
		"records_kept":  {"报送结果已记录。", "What the platform said is kept."},
		"sheets_made":   {"收费单已生成。", "The charge sheets are made."},
		"receipt_kept":  {"到账已登记。", "The receipt is entered."},
		"receipt_taken": {"到账已认领。", "The receipt is claimed."},
		"sheet_changed": {"收费单已更新。", "The charge sheet is changed."},
	})
}

// hours is the room of usage; a node without it has no such pages.
func (s *Server) hours() (*usage.Service, error) {
	if s.c.Usage == nil {
		return nil, fault.New(fault.NotFound, "web.no_page")
	}
	return s.c.Usage, nil
}

// hoursOf are the room and the id in the address.
func (v *visit) hoursOf() (s *usage.Service, id unit.ID, err error) {
	if s, err = v.s.hours(); err == nil {
		id, err = v.pathID()
	}
	return s, id, err
}

// hoursPosted are the room, the id in the address and what was sent to it.
func (v *visit) hoursPosted() (s *usage.Service, id unit.ID, f *form, err error) {
	if s, err = v.s.hours(); err == nil {
		id, f, err = v.posted()
	}
	return s, id, f, err
}
