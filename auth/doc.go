// Package auth knows who is who: accounts with their credentials and bindings,
// sessions, roles and rights, and what an account's erasure takes along.
//
//	accounts, err := auth.New(auth.Deps{Tx: store, Outbox: store, Repository: store.Accounts(), …}, auth.Config{})
//	anna, err := accounts.Register(ctx, visitor, auth.Registration{Username: "anna", Password: "correct horse"})
//	login, err := accounts.LoginPassword(ctx, visitor, auth.PasswordLogin{By: auth.ByUsername, Name: "anna", Password: "correct horse"})
//	who, err := accounts.Authenticate(ctx, mall.FaceWXAPI, login.Token, addr)
//
// A session belongs to the face it was opened at. Staff rights come from the
// account's role and only with sessions of manager: tokens of wxapi travel in
// addresses. Passwords, codes and tokens are stored as hashes; the counters
// that limit guessing are rows, so they hold over restarts and processes.
//
// The sub-packages are secret (password hashes), token (JWTs around sessions),
// verify and captcha (codes), visitor (browsers without a login), wechat (the mini-program API), member (levels)
// and address.
package auth
