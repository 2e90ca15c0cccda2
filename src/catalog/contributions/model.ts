// The home of credits: who did what on a recording or a work, in the roles that DDEX knows.

const words = (rows: readonly string[]): string[] => rows.flatMap((row) => row.split(" "));

/** The roles an artist is displayed in. @see DDEX allowed values of ERN 4.3, DisplayArtistRole, checked 2026-11 */
export const DISPLAY_ROLES = ["MainArtist", "FeaturedArtist", "Artist", "Composer"] as const;

/** The roles of a work's writers. @see ERN 4.3, CreativeMusicalWorkContributorRole, checked 2026-11 */
export const WRITER_ROLES: readonly string[] = words([
  "Adapter Architect Arranger Author AuthorInQuotations AuthorOfAfterword Compiler Composer ComposerLyricist",
  "Conceptor Creator DialogueAuthor Dissertant Engraver Etcher Journalist LandscapeArchitect Librettist",
  "Lithographer Lyricist MetalEngraver NonLyricAuthor PlateMaker Playwright Reporter Reviewer Rubricator",
  "ScreenplayAuthor Sculptor SubArranger SubLyricist Translator Woodcutter WoodEngraver",
  "WriterOfAccompanyingMaterial",
]);

/** The roles of a work's publishers. @see ERN 4.3, BusinessMusicalWorkContributorRole, checked 2026-11 */
export const PUBLISHER_ROLES: readonly string[] = words([
  "BookPublisher CopyrightClaimant CopyrightHolder MusicPublisher NewspaperPublisher OriginalPublisher",
  "PeriodicalPublisher SubPublisher SubstitutedPublisher Unknown UserDefined",
]);

/** What else one can do on a recording. @see ERN 4.3, ResourceContributorRole, checked 2026-11 */
const RESOURCE_ROLES = words([
  "Accompanyist Actor AdditionalEngineer AdditionalMixingEngineer AdditionalPerformer AdditionalProgrammingEngineer",
  "AdditionalStudioProducer AnchorPerson AnimalTrainer Animator Annotator Announcer AAndRAdministrator",
  "AAndRCoordinator Armourer ArtCopyist ArtDirector ArtistBackgroundVocalEngineer ArtistVocalEngineer",
  "ArtistVocalSecondEngineer AssistantCameraOperator AssistantChiefLightingTechnician AssistantConductor",
  "AssistantDirector AssistantEditor AssistantEngineer AssistantProducer AssistantVisualEditor AssociatedPerformer",
  "AssociateProducer AuralTrainer BackgroundVocalist BalanceEngineer BandLeader Binder BindingDesigner BookDesigner",
  "BookjackDesigner BookplateDesigner BookProducer BroadcastAssistant BroadcastJournalist Calligrapher",
  "CameraOperator Carpenter Cartographer Cartoonist CastingDirector Causeur Censor ChiefLightingTechnician Choir",
  "ChoirMember Choreographer ChorusMaster CircusArtist ClapperLoader ClubDJ CoDirector CoExecutiveProducer",
  "ColorSeparator Comedian CoMixer CoMixingEngineer Commentator CommissioningBroadcaster CompilationProducer",
  "ComputerGraphicCreator ComputerProgrammer ConcertMaster Conductor Consultant ContinuityChecker Contractor",
  "CoProducer Correspondent CostumeDesigner CoverDesigner Dancer Delineator Designer DialogueCoach DialogueDirector",
  "DigitalAudioWorkstationEngineer DigitalEditingEngineer DigitalEditingSecondEngineer Director",
  "DirectStreamDigitalEngineer DistributionCompany DJ Draughtsman Dresser Dubber Editor EditorInChief",
  "EditorOfTheDay Encoder Engineer Ensemble ExecutiveProducer Expert Facsimilist FightDirector FilmDirector",
  "FilmDistributor FilmEditor FilmProducer FilmSoundEngineer FloorManager FocusPuller FoleyArtist FoleyEditor",
  "FoleyMixer GraphicArtist GraphicAssistant GraphicDesigner Greensman Grip GuestConductor GroupMember Hairdresser",
  "Illustrator ImmersiveMixingEngineer InitialProducer InterviewedGuest Interviewer KeyCharacter KeyGrip KeyTalent",
  "Leadman LeadPerformer LeadVocalist LightingDirector LightingTechnician LocationManager MakeUpArtist Manufacturer",
  "MasteringEngineer MasteringSecondEngineer MatteArtist Mixer MixingEngineer MixingSecondEngineer MusicArranger",
  "MusicCopyist MusicDirector MusicGroup Musician Narrator NewsProducer NewsReader NotSpecified Orchestra",
  "OrchestraMember OriginalArtist OverdubEngineer OverdubSecondEngineer Painter Performer Photographer",
  "PhotographyDirector PlaybackSinger PostProducer PreProduction PreProductionEngineer PreProductionSecondEngineer",
  "Presenter PrimaryMusician ProductionAssistant ProductionCompany ProductionCoordinator ProductionDepartment",
  "ProductionManager ProductionSecretary ProjectEngineer Programmer ProgrammingEngineer ProgramProducer",
  "PropertyManager PublishingDirector Puppeteer Pyrotechnician RecordingEngineer RecordingSecondEngineer Redactor",
  "ReissueProducer RemixedArtist Remixer RemixingEngineer RemixingSecondEngineer Repetiteur Researcher",
  "ResearchTeamHead ResearchTeamMember Restager Rigger RightsControllerOnProduct Runner ScenicOperative",
  "ScientificAdvisor ScriptSupervisor SecondAssistantCameraOperator SecondAssistantDirector SecondConductor",
  "SecondEngineer SecondUnitDirector SeriesProducer SetDesigner SetDresser SignLanguageInterpreter Soloist",
  "SoundDesigner SoundMixer SoundRecordist SoundSupervisor Speaker SpecialEffectsTechnician Sponsor",
  "StageAssistantEngineer StageDirector StageEngineer StoryTeller StringEngineer StringProducer StringsDirector",
  "StudioConductor StudioMusician StudioPersonnel StudioProducer Stunts SubtitlesEditor SubtitlesTranslator",
  "SupportingActor SurroundMixingEngineer SurroundMixingSecondEngineer TapeOperator TechnicalDirector Tonmeister",
  "TrackingEngineer TrackingSecondEngineer TransfersAndSafetiesEngineer TransfersAndSafetiesSecondEngineer",
  "TransportationManager Treatment/ProgramProposal TypeDesigner VideoDirector Videographer VideoMusicalDirector",
  "VideoProducer VisionMixer VisualEditor VisualEffectsTechnician VocalArranger VocalEditingEngineer",
  "VocalEditingSecondEngineer VocalEngineer Vocalist VocalSecondEngineer VocalProducer VoiceActor Wardrobe",
]);

/** What ERN 4.3 calls StudioProducer, and everybody else what ERN 3.8 called it. */
const OLDER_ROLES = ["Producer"];

/** The roles of a recording's contributors: those displayed, those of writers, and all others of a resource. */
export const CONTRIBUTOR_ROLES: readonly string[] = [
  ...new Set([...DISPLAY_ROLES, ...WRITER_ROLES, ...OLDER_ROLES, ...RESOURCE_ROLES]),
];

/** A credit: the name as it is to be printed, the role, and the party it belongs to where that is known. */
export interface Contribution {
  readonly name: string;
  readonly role: string;
  readonly partyId: string | null;
}

/** What is warned of. */
export const WARNINGS = ["unidentified_party", "dpid_check_failed", "shares_unknown"] as const;

/** Something that is allowed and should be looked at. */
export interface Warning {
  readonly code: (typeof WARNINGS)[number];
  /** Dotted, as in `contributions.0`. */
  readonly path: string;
  readonly message: string;
}

/** Warns of every credit that names nobody in particular: two people may bear one name. */
export function unidentified(path: string, credits: readonly Contribution[]): Warning[] {
  return credits.flatMap(({ name, partyId }, at) =>
    partyId === null
      ? [{ code: "unidentified_party", path: `${path}.${at}`, message: `"${name}" is a name without a party` } as const]
      : [],
  );
}

/** The artists of a list as they are displayed: main artists first, then featured ones. */
export function displayedArtists(credits: readonly Contribution[]): string {
  const named = (role: string) => credits.filter((credit) => credit.role === role).map(({ name }) => name);
  return [...new Set([...named("MainArtist"), ...named("Artist"), ...named("FeaturedArtist")])].join(", ");
}
