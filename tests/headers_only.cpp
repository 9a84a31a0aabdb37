// Gives the test programs' precompiled headers a target to be made for: main.cpp itself cannot use them, since Catch2
// must see CATCH_CONFIG_MAIN first.
