% Two handwritten digits, read by a network; their sum is what we ask for.
nn(digit, [Image], Value, [0,1,2,3,4,5,6,7,8,9]) :: digit(Image, Value).
addition(A, B, Sum) :- digit(A, X), digit(B, Y), Sum is X + Y.
query(addition(img1, img2, _)).
