package web

import (
	"time"

	"corridor/internal/casework"
	"corridor/internal/catalogue"
	"corridor/internal/federation"
	"corridor/internal/unit"
)

// slotBodies are the pages of slots, empty and full.
func slotBodies() map[string][]any {
	use := federation.SlotUse{Host: "310000", Listing: someID, From: someTime, To: someTime.Add(4 * time.Hour), Samples: 2, Operator: true}
	at := func(state, want string) slotLine {
		return slotLine{Slot: federation.Slot{SlotUse: use, ID: someID, Case: someID, CaseNo: "34-26-0001-0", Field: "slot", Title: someWords, Zone: "Asia/Shanghai", Price: 3000_00, State: state, Want: want, Asked: someTime, Changed: someTime}, Who: someWords, Field: someWords}
	}
	asked, refused, held := at(federation.SlotAsked, federation.SlotHeld), at(federation.SlotRefused, federation.SlotHeld), at(federation.SlotConfirmed, federation.SlotConfirmed)
	asked.Late = true
	refused.Why, refused.NextFrom, refused.NextTo = someWords, someTime.Add(24*time.Hour), someTime.Add(50*time.Hour)
	held.Link, held.Charge = "/bookings/x", 5_00
	kept := keptSlotLine{federation.KeptSlot{Node: "340000", ID: someID, CaseNo: "34-26-0001-0", Org: federation.SlotOrg{Code: "x", Name: someWords}, Listing: someID, From: someTime, To: someTime.Add(time.Hour), Price: 5, Booking: someID, State: federation.SlotHeld, Changed: someTime}, someWords, someWords, true}
	never := keptSlotLine{KeptSlot: federation.KeptSlot{Node: "340000", ID: someID, State: federation.SlotReleased}}
	free := federation.FreeAnswer{Listing: someID, Title: someWords, Place: "楼", Zone: "Asia/Shanghai", Minutes: 60, Class: someWords}
	c := casework.Case{ID: someID}
	return map[string][]any{
		"slots": {slotsPage{Form: &form{}}, slotsPage{Days: 90, Form: wrong("node", "state"), Narrow: true, Nodes: []option{{"310000", "沪"}}, States: []option{{"held", "x"}}, Kept: []keptSlotLine{kept, never}, Held: []slotLine{asked, refused, held}, KeptPage: "/a", HeldPage: "/b", Export: exportView{"/a", "/b"}}},
		"slotpick": {pickSlotPage{Case: c, Name: someWords, Path: "/x", Form: &form{}}, pickSlotPage{Case: c, Path: "/x", Form: wrong("listing", "minutes"), Asked: true, Why: "x", Chosen: "y", Nodes: []option{{"310000", "沪"}}},
			pickSlotPage{Case: c, Path: "/x", Form: &form{}, Asked: true, Found: []slotListing{{catalogue.Listing{ID: someID, Title: someWords, OwnerName: someWords}, someWords, "/x?y"}}, Who: someWords, Free: &free,
				Offers: []slotOffer{{"2026-03-02 09:00–13:00", "310000 x", unit.Fen(5), []federation.PriceLine{{What: someWords, Rule: someWords, Sum: 3}, {What: someWords, Sum: 2}}}}},
			pickSlotPage{Case: c, Path: "/x", Form: &form{}, Free: &free}},
		"case":    {casePage{Case: c, Slots: []slotLine{asked, refused, held}}},
		"booking": {bookingPage{For: &heldFor{No: "34-26-0001-0", Path: "/cases/x", Who: someWords}}, bookingPage{For: &heldFor{No: "34-26-0001-0", Who: someWords, Org: someWords}}},
		"fill":    {fillPage{Case: c, Fields: []fieldView{slotControl("a", "", nil), slotControl("b", "x", &slotField{"/x", ""}), slotControl("c", "x", &slotField{"/x", "电镜"})}}},
	}
}

func slotControl(id, problem string, s *slotField) fieldView {
	x := fieldView{ID: "f-" + id, Input: "f.slot", Problem: problem, Slot: s, Mine: true}
	x.Type, x.Words = "slot", someWords
	return x
}
