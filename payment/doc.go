// Package payment takes money and gives it back.
package payment
