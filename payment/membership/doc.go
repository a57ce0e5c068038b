// Package membership sells membership levels (会员等级) by price lists: so many
// days, months or years of a level for so much. A purchase is a payment of its
// own purpose, from the balance or at a gateway; its term begins at once, or
// when what the buyer holds of the same level ends. A purchase may be agreed to
// renew itself from the balance on the day it ends.
//
// The main type is [Service]:
//
//	memberships, err := membership.New(membership.Deps{Repo: store.Memberships(), Tx: store, Outbox: store, Members: members, Payments: payments}, membership.Config{})
//	price, err := memberships.SavePrice(ctx, staff, membership.Price{Level: gold, Amount: 3_000, Term: member.Term{N: 1, Unit: mall.Monthly}})
//	bought, err := memberships.Buy(ctx, buyer, membership.Order{Price: price.ID, Renew: true}, "")
//	bought, err = memberships.Refund(ctx, staff, bought.ID, 0)
package membership
