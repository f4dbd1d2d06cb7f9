// What every page loads.

import { attachBehaviours } from "./ui/_behaviour";
import "./page/_codebook";
import "./page/_export";
import "./page/_unsent";
import "./ui/_confirm";
import "./ui/_copy";
import "./ui/_dialog";
import "./ui/_filterlist";
import "./ui/_lookagain";
import "./ui/_menu";
import "./ui/_pressedby";
import "./ui/_print";
import "./ui/_slug";
import "./ui/_submit";
import "./ui/_tabs";
import "./ui/_time";

attachBehaviours(document);
