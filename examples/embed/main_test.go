package main

func Example() {
	main()
	// Output: Green tea costs 39.60 yuan and is unpaid with 8 left
}
