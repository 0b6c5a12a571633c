// Package unit holds the values that have a unit, a code list or a check digit.
//
// Fen is money, Ratio a share of it; USCC names an organisation, Region a place, Industry a trade; Day is a
// calendar date, Calendar knows which days are worked; ID names a record in the order of its making.
//
// A value that came through its Parse function or its JSON and SQL forms is well formed: a wrong check
// digit, a third decimal, a thirty-first of June never reach another room. What is refused is refused by
// fault.Invalid with a sentence. Arithmetic is exact, in integers; what does not fit is refused, and what
// must be rounded names how. The empty text stands for the zero value in JSON and SQL; Parse refuses it.
//
// The package does no policy: no rate, cap or term stands here. It has no table, no clock and no network.
// Code lists and calendars are data in data/, each file with its source, edition and care on top; a node
// can add local regions (Regions.With) and newly announced holidays (Calendar.With) without a new program.
//
// Sources: GB 32100-2015 and GB 11714-1997 (USCC), GB/T 2260 (Region), GB/T 4754-2017 (Industry), the yearly
// notices of the State Council on public holidays and the Measures on Holidays for National Annual
// Festivals and Commemoration Days (Calendar), ISO 8601 (Day), the ULID layout (ID).
package unit
