package demo

import (
	"net/http"
	"strings"
	"testing"
)

// TestMembersOfAConsortiumJoinAndLeave: who joins agrees by its own account, the list of the case changes and keeps who stood in it, and who
// has left reads the case no more.
func TestMembersOfAConsortiumJoinAndLeave(t *testing.T) {
	eachTown(t, Anhui, func(w *town) {
		reads := func(who string) bool {
			answer, err := w.client(who).Get(w.at + w.cases["U"])
			w.must(err)
			defer answer.Body.Close()
			return answer.StatusCode == http.StatusOK
		}
		w.play(`
planner   plans   G 虚构联合体三年任务 91340200MA0DEMQ27B+12310000DEMQ000341 隔膜测试@900
big       opens   U innovation-consortium                                              -> draft
big       fills   U name=虚构联合体 topic=ai members=91340200MA0DEMQ27B+91320500MA0DEMQ438 roles=牵头与配套 agreement=file:协议
big       fills   U task_list=#G
big       submit  U                                                                    -> submitted
desk      draw    U well_made=yes ip_agreed=yes                                        -> reviewing
desk      hears   U panel 85                                                           -> reviewed
desk      show    U                                                                    -> noticed
passes    8
head      recognise U                                                                  -> running
big       fills   U joining=12310000DEMQ000341 change_text=上海实验室加入 change_signed=file:变更协议`)
		if reads("lab") {
			t.Error("one that is to join reads the case before it was asked")
		}
		w.play(`
big       ask_join U                                                                   -> consenting
lab       answers U consent verdict=failed consent_remark=条件未谈妥                   -> joining_in
desk      agree_join U joins_well=yes                                                  -> 须本单位同意
desk      deny_change U 对方未同意                                                     -> running
big       ask_join U                                                                   -> consenting
lab       answers U consent verdict=passed consent_remark=同意                         -> joining_in
desk      agree_join U joins_well=yes                                                  -> running`)
		members := func() string {
			page := w.get(w.client("big"), w.cases["U"])
			_, rest, found := strings.Cut(page, `id="h-members"`)
			table, _, _ := strings.Cut(rest, "</table>")
			if !found {
				t.Fatal("the page does not show the members")
			}
			return table
		}
		if got := members(); strings.Count(got, "<tr>") != 4 || strings.Count(got, "—") != 3 || !reads("lab") {
			t.Errorf("after the joining: lab reads %t, %s", reads("lab"), got)
		}
		w.play(`
passes    20
big       fills   U leaver=12310000DEMQ000341
big       ask_leave U                                                                  -> leaving
desk      agree_leave U joins_well=yes                                                 -> running`)
		if got := members(); strings.Count(got, "<tr>") != 4 || strings.Count(got, "—") != 2 || reads("lab") {
			t.Errorf("after the leaving: lab reads %t, %s", reads("lab"), got)
		}
		w.play(`
big       fills   U leaver=12310000DEMQ000341
big       ask_leave U                                                                  -> leaving
desk      agree_leave U joins_well=yes                                                 -> 不是成员
desk      deny_change U 已退出                                                         -> running`)
	})
}
