"""The words by which rules know what a grant is for. Whole words, singular: "flat" finds flats too, never flatten."""

from __future__ import annotations

AREAS = {
    "research": """research, study, studies, literature review, evidence review, systematic review, evaluation,
        evaluating, comparative, survey, mapping, scoping, academic, phd, fellowship, dataset, attitude, what
        happens after""",
    "accountability": """accountability, monitoring, shadow report, shadow monitoring, rapporteur, watchdog,
        scrutiny, indicator, indicator set, data request, freedom of information, parliament, parliamentary,
        inquiry, policy, law reform, lobbying, advocacy to government, convention, commissioner, hold to
        account, government""",
    "legal_representation": """legal, lawyer, solicitor, barrister, litigation, law centre, legal advice, legal
        aid, legal clinic, legal representation, immigration advice, immigration casework, asylum casework,
        compensation, tribunal, employment right, workers advice, labour right, right leaflet,
        know your right, strategic litigation, judicial review, expert witness, advice line, casework and
        compensation""",
    "awareness": """awareness, campaign, campaigning, prevention, training, train, trainer, practitioner, front
        line, frontline, first responder, toolkit, school, poster, leaflet, media, film, outreach to school,
        message, spot the sign, education programme in school, public education, workshop for
        professional, webinar, elearning""",
    "victim_services": """refuge, safe house, safehouse, accommodation, housing, hostel, shelter, flat, move on,
        move in, second stage, counselling, counsellor, therapy, therapeutic, trauma, casework, caseworker,
        support worker, support in, support for, support service, survivor support, resettlement, reintegration,
        befriending, mentoring, mentor, drop in, outreach, advocate, guardianship, guardian, health access,
        health clinic, medical, emergency fund, hardship, clothing, subsistence, interpreting, interpreter,
        translation, esol, english class, english classes, college, employment, into work, job, mother and baby,
        creche, childcare, leaving, helpline, recovery, aftercare, crisis, family tracing, safe accommodation,
        day centre, wellbeing, art therapy, pilot house, survivor, victim""",
}

NAMES = {
    "research": "research, university, institute of study, observatory",
    "accountability": "monitor, watch, rapporteur",
    "legal_representation": "law centre, law, legal, right, solicitor, lawyer, workers advice",
    "awareness": "media, training, school",
    "victim_services": "refuge, house, home, shelter, counselling, support, outreach, women's aid, outreach project",
}
"""What a recipient's own name says of it."""

PLACES = {
    "NE": """north east, tyneside, newcastle upon tyne, gateshead, sunderland, teesside, middlesbrough, durham,
        northumberland""",
    "NW": """north west, greater manchester, manchester, salford, bolton, rochdale, merseyside, liverpool,
        lancashire, preston, blackburn, cumbria, cheshire""",
    "YH": "yorkshire, humber, humberside, leeds, bradford, sheffield, hull, kirklees, doncaster, rotherham, barnsley",
    "EM": """east midlands, nottingham, nottinghamshire, leicester, leicestershire, derby, derbyshire,
        lincolnshire, northampton""",
    "WM": """west midlands, birmingham, coventry, wolverhampton, black country, staffordshire, stoke on trent,
        shropshire""",
    "EE": """east of england, east anglia, norfolk, norwich, suffolk, ipswich, essex, cambridgeshire,
        peterborough, luton, bedfordshire, hertfordshire""",
    "LON": """london, greater london, croydon, hackney, tower hamlet, newham, lambeth, southwark, haringey,
        brent, camden, islington, lewisham, barking""",
    "SE": """south east, kent, sussex, brighton, surrey, hampshire, southampton, portsmouth, oxford,
        oxfordshire, berkshire, reading borough, slough, buckinghamshire, milton keynes""",
    "SW": """south west, bristol, devon, plymouth, exeter, cornwall, somerset, dorset, gloucestershire,
        gloucester, wiltshire, swindon, bournemouth""",
    "WAL": "wales, welsh, cardiff, swansea, newport, wrexham, gwent, gwynedd, cymru",
    "SCO": "scotland, scottish, glasgow, edinburgh, aberdeen, dundee, highland",
    "NI": "northern ireland, belfast, derry, londonderry, armagh, antrim",
    "UK": "uk wide, nationwide, united kingdom, across the uk, england and wales, great britain, parliamentary",
    "INT": "international, overseas, abroad, albania, nigeria, vietnam, romania, source country, country of origin",
}

GROUPS = {
    "adult_women": "woman, women, mother, female",
    "adult_men": "man, men, father, male",
    "children": """child, children, young people, young person, youth, minor, teenager, girl, boy, guardianship,
        school, care leaver""",
    "males_16_17": "young men of 16, boys of 16",
    "eu_nationals": "eu national, eu citizen, eea national, european national, roma",
    "no_asylum_claim": "not claimed asylum, no asylum claim",
    "no_recourse": "no recourse, nrpf",
    "challenging_behaviour": "challenging behaviour, complex behaviour",
    "criminality": "offender, cannabis, county line, criminalised, prison, forced criminality",
    "detention": "detention, detained, detainee, removal centre",
    "returned": "returnee, returned, returning home, resettled, repatriated",
    "women_non_sexual": "women in domestic servitude, women in forced labour",
    "adults_trafficked_as_children": "trafficked as children, trafficked as a child",
}

EXPLOITATION = {
    "labour": """forced labour, labour exploitation, worker, migrant worker, farm, agriculture, gangmaster, car
        wash, nail bar, construction, fishing, seafarer, employment right""",
    "sexual": "sexual exploitation, sexual, sex trafficking, prostitution, brothel",
    "criminal": "criminal exploitation, county line, cannabis, forced criminality, forced begging, forced crime",
    "domestic_servitude": "domestic servitude, domestic worker, domestic work, au pair, overseas domestic worker",
    "organ": "organ harvesting, organ removal, organ trafficking",
    "internal": "internal trafficking, within the uk, british national, british children",
}

SERVICES = {
    "housing": """refuge, safe house, safehouse, accommodation, housing, hostel, shelter, flat, move on, second
        stage, mother and baby, pilot house, bed space, rent, lodging""",
    "legal": "legal, lawyer, solicitor, legal advice, immigration advice, compensation, law centre, litigation",
    "counselling": """counselling, counsellor, therapy, therapeutic, trauma, casework, caseworker,
        psychological, drop in, support worker, advocate, emotional support, outreach, guardianship""",
    "family_tracing": "family tracing, family reunion, family reunification, tracing",
    "clothing": "clothing, clothes",
    "medical": "medical, health, clinic, doctor, gp, nurse, dental, dentist, physiotherapy",
    "financial": """emergency fund, hardship, subsistence, financial, destitution, small grant to survivor,
        money advice""",
    "travel": "travel, transport, fares",
    "documentation": "documentation, identity document, passport, birth certificate",
    "interpretation": "interpreting, interpreter, interpretation, translation, translator",
    "employment": "employment, into work, job, work placement, apprenticeship, employability, social enterprise",
    "education": "esol, english class, english classes, college, education, literacy, tuition, course",
    "recreation": "recreation, befriending, mentoring, mentor, art, sport, gardening, music, leisure, drama",
}

AUDIENCES = {
    "practitioners": """practitioner, professional, front line, frontline, staff, nurse, gp, teacher, police,
        social worker, first responder, hostel, lawyer, second tier, interpreter training""",
    "public": """public, community, communities, faith, congregation, poster, consumer, message, school, pupil,
        student""",
    "politicians": "parliament, parliamentary, mp, peer, politician, minister, westminster, senedd, holyrood",
    "statutory": "statutory, council, local authority, local authorities, government, home office, nhs, commissioner",
    "voluntary": "voluntary sector, charity, charities, ngo, third sector, voluntary organisation, generalist",
}

TERMS = {
    "emergency": """emergency, crisis, refuge, safe house, safehouse, night shelter, immediate, helpline,
        hardship, drop in""",
    "long_term": """long term, move on, second stage, resettlement, reintegration, into work, college, esol,
        mentoring, befriending, after support, aftercare, independent living, employment, therapy""",
}

STUDY = "research, study, monitoring, mapping, evaluation, review, survey, indicator, inquiry, scrutiny"
"""Work that serves nobody one by one, so that service area and people do not apply to it."""

TRAINING = "training, train, campaign, toolkit, awareness, message, poster, prevention, webinar, leaflet"
"""Work that speaks to an audience."""
