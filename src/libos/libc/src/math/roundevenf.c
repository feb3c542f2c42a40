/* roundevenf of C23; see roundeven.c. A float rounds to the same integer as its exact double does. */
double roundeven(double);

float roundevenf(float x) { return (float)roundeven(x); }
