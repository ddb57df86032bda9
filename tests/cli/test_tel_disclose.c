#include "person.h"
int main(void){return 0;}
