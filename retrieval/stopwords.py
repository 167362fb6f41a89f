"""Words that carry grammar rather than subject; they count half, and never alone.

Both lists are in folded form (`retrieval.text.fold`). The interrogatives are here too: they say
what kind of answer is wanted, which `retrieval.cues` reads.
"""

ENGLISH = frozenset(
    """
    a about above dear hello hey hi thank thanks after again against al all also am an and any
    are as at be because been before being below between both but by can could did do does doing
    don down during each else ever few for from further get gets give given had has have having
    he her here hers herself him himself his how however i if in into is it its itself just ll m
    may me might more most much must my myself no nor not now of off on once one only or other
    our ours ourselves out over own please re s same say says said shall she should so some such
    t tell than that the their theirs them themselves then there these they this those through
    to too under until up upon us ve very was we were what whatever when where whether which
    while who whom whose why will with within without would you your yours yourself yourselves
    """.split()
)

ARABIC = frozenset(
    """
    ماذا فعل فعلت فعلوا يفعل تفعل
    من في علي عن الي هل ما متي اين كم كيف لماذا لم لما لن لا ليس ليست هو هي هم هن انا نحن
    انت انتم هذا هذه ذلك تلك هولا اوليك هناك هنا الذي التي الذين اللذان اللتان اللواتي اللاتي ان
    انه انها انهم اذا اذ لو كان كانت كانوا يكون تكون يكونون كما مما عما فيما بما ممن و ف ب ك ل
    او ام ثم بل لكن ولكن حتي كل بعض اي ايه ايها مع عند عندما بعد قبل بين خلال حول دون غير سوي
    منذ قد لقد سوف به بها بهم له لها لهم لنا لي فيه فيها فيهم منه منها منهم عليه عليها عليهم
    اليه اليها اليهم عنه عنها عنهم وهو وهي وهم وقد وكان وكانت والتي والذي والذين ولم ولا وفي ومن
    وعلي والي وان وانه وانها وما وهذا وهذه بان لان لانه لانها الا ايضا حيث حين حينما بينما كذلك
    فقط نحو لدي لديه لديها ذات ذو احد احدي اثنا ضمن تم يتم جدا نفس نفسه نفسها مثل كانه ممكن فضلك
    فضلكم سمحت سمحتم مرحبا اهلا شكرا قل لي اخبرني
    """.split()
)

STOP_WORDS = ENGLISH | ARABIC
